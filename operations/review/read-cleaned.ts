import type { Preview } from "../../engine/preview";
import { readPreview } from "../../engine/read-preview";
import { clean } from "./redact";

/**
 * A preview, fit to be told: messages in it without secrets and control characters. `source` names it
 * in errors; throws `UnreadablePreview` (see `readPreview`).
 */
export function readCleaned(text: string, source: string): Preview {
  return readPreview(text, source, clean);
}
