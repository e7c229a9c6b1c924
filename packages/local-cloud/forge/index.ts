/** Repositories that machines of the local cloud clone, at the addresses that they have elsewhere. */

export { placeOf } from "./address";
export { keepRepository } from "./keep";
export { forgeService } from "./service";
