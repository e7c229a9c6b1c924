/**
 * The images of the local cloud, built once from the machines' template and kept beside it: blobs by their
 * checksums, as a registry has them.
 */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Computer } from "../ground/computer";
import { withLock } from "../ground/lock";
import { run } from "../hosts/process";
import { recipeVersion } from "../hosts/recipe";
import type { Progress } from "../hosts/requirements";
import { contained, ensureTemplate } from "../hosts/template";
import { layersScript } from "./layers";
import { imageRecipes, imagesVersion, type ImageRecipe } from "./recipe";

/** Images on disk. */
export interface Images {
  /** Holds each blob (layers, configurations, manifests) under the hex digits of its SHA-256. */
  readonly blobs: string;
  /** The digest of each image's manifest by `NAME:TAG`. */
  readonly manifests: Readonly<Record<string, string>>;
}

/** Media types of what is kept, as registries call them. */
export const mediaTypes = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
} as const;

const folderOf = (cache: string): string => join(cache, "images");

function homeOf(cache: string): string {
  return join(folderOf(cache), imagesVersion(recipeVersion(process.arch), layersScript));
}

/** The images of these recipes if they are built already. */
export function builtImages(cache: string): Images | undefined {
  const home = homeOf(cache);
  const index = join(home, "index.json");
  if (!existsSync(index)) return undefined;
  const manifests = JSON.parse(readFileSync(index, "utf8")) as Record<string, string>;
  return { blobs: join(home, "blobs"), manifests };
}

/**
 * The images, built first where they are not (half a minute, and the template's own time where there is
 * none). Two programs that ask at once build once; interrupted anywhere it starts over, as a build
 * gets its name when it is complete. Refuses where hosts cannot boot and where a download fails (apt's
 * own words).
 */
export async function ensureImages(
  computer: Computer,
  progress: Progress = () => undefined,
): Promise<Images> {
  const { cache } = computer;
  const ready = builtImages(cache);
  if (ready) return ready;
  const { base } = await ensureTemplate(computer, progress);
  const folder = folderOf(cache);
  const build = async (): Promise<Images> => {
    removeInterrupted(folder);
    const other = builtImages(cache);
    if (other) return other;
    await make(folder, homeOf(cache), base, progress);
    return builtImages(cache)!;
  };
  return withLock(join(folder, "building.lock"), build, () =>
    progress("another run is building the images: waiting for it"),
  );
}

async function make(folder: string, home: string, base: string, progress: Progress): Promise<void> {
  const began = performance.now();
  const named = imageRecipes.map(({ name, tag }) => `${name}:${tag}`);
  progress(`building the images ${named.join(", ")} (once; about half a minute)`);
  const work = join(folder, `.building-${process.pid}`);
  const blobs = join(work, "blobs");
  const layers = join(work, "layers");
  for (const each of [blobs, layers]) await mkdir(each, { recursive: true });
  await run([...contained, "bash", "-c", layersScript, "layers", base], { cwd: layers });
  const below = await keepLayer(layers, "base", blobs);
  const manifests: Record<string, string> = {};
  for (const recipe of imageRecipes) {
    const own = await keepLayer(layers, recipe.name, blobs);
    manifests[`${recipe.name}:${recipe.tag}`] = await keepImage(recipe, [below, own], blobs);
  }
  rmSync(layers, { recursive: true });
  await writeFile(join(work, "index.json"), JSON.stringify(manifests));
  rmSync(home, { recursive: true, force: true });
  renameSync(work, home);
  progress(`images ready after ${Math.round((performance.now() - began) / 1000)} s`);
}

/** A layer among the blobs. */
interface Layer {
  readonly digest: string;
  readonly size: number;
  /** Of what it is packed from: how an image's configuration names it. */
  readonly diffId: string;
}

async function keepLayer(layers: string, name: string, blobs: string): Promise<Layer> {
  const sums = readFileSync(join(layers, `${name}.sums`), "utf8")
    .trim()
    .split("\n");
  const [packed, unpacked] = sums;
  if (packed === undefined || unpacked === undefined) {
    throw new Error(`the layer ${name} has no checksums`);
  }
  const file = join(blobs, packed);
  await rename(join(layers, `${name}.tar.gz`), file);
  const { size } = await stat(file);
  return { digest: `sha256:${packed}`, size, diffId: `sha256:${unpacked}` };
}

/** Keeps an image's configuration and manifest; answers the manifest's digest. */
async function keepImage(
  { config }: ImageRecipe,
  layers: readonly Layer[],
  blobs: string,
): Promise<string> {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const made = {
    ...{ architecture, os: "linux", created: "1970-01-01T00:00:00Z", config },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created_by: "Debian packages" })),
  };
  const [configDigest, configSize] = await keepJson(made, blobs);
  const [digest] = await keepJson(
    {
      ...{ schemaVersion: 2, mediaType: mediaTypes.manifest },
      config: { mediaType: mediaTypes.config, size: configSize, digest: configDigest },
      layers: layers.map(({ digest, size }) => ({ mediaType: mediaTypes.layer, size, digest })),
    },
    blobs,
  );
  return digest;
}

async function keepJson(
  value: object,
  blobs: string,
): Promise<readonly [digest: string, size: number]> {
  const text = JSON.stringify(value);
  const sum = createHash("sha256").update(text).digest("hex");
  await writeFile(join(blobs, sum), text);
  return [`sha256:${sum}`, Buffer.byteLength(text)];
}

function removeInterrupted(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(".building-")) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
