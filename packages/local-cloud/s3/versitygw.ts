import type { Computer } from "../ground/computer";
import { obtainGoProgram } from "../ground/go-program";
import type { Say } from "../ground/progress";

/**
 * The server that keeps objects and judges keys and policies: versitygw, which checks what AWS checks of a
 * request (signature, checksums, policies, locks). Built from its Go module on first use: minutes, once.
 */
export function obtainVersitygw({ cache }: Computer, say?: Say): Promise<string> {
  return obtainGoProgram(
    {
      package: "github.com/versity/versitygw/cmd/versitygw",
      version: "v1.8.0",
      binary: "versitygw",
      what: "the local S3 server",
      flags: ["-ldflags", "-s -w"],
    },
    { cache, ...(say ? { say } : {}) },
  );
}
