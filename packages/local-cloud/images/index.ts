/** Images that projects on the local cloud's machines start from, without a public registry. */

export { builtImages, ensureImages, type Images } from "./build";
export { imageService } from "./service";
