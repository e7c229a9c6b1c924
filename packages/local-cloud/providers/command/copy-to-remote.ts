import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

import {
  ProviderError,
  type Change,
  type Context,
  type ResourceHandler,
} from "../../emulator/handler";
import { isObject, UNKNOWN, type Props } from "../../emulator/values";
import { readConnection, withDefaults } from "./connection";
import { copyInputs, undecodable } from "./decode";
import { dial } from "./dial";
import { diffInputs } from "./diff";
import type { Shell } from "./shell";

const rules = { secret: ["connection"], replaces: ["triggers"] } as const;

/**
 * `command:remote:CopyToRemote` of the real provider 1.2.1, for assets that are one file or text: writes
 * it over SFTP, with the directories above it, and neither mode nor owner. An update copies when the
 * content or the remote path is another; deleting removes nothing. Source: the provider's schema and
 * its code at v1.2.1; no recorded call.
 */
export function copyToRemote(shell: Shell): ResourceHandler {
  const copy = async (inputs: Props, context: Context): Promise<void> => {
    const content = contentOf(inputs["source"]);
    const connection = await dial(shell, readConnection(inputs), context);
    try {
      await connection.write(String(inputs["remotePath"]), content);
    } finally {
      connection.close();
    }
  };

  return {
    type: "command:remote:CopyToRemote",

    check(_subject, _olds, news) {
      const inputs = Object.fromEntries(
        Object.entries(news).filter(([, value]) => value !== null && value !== undefined),
      );
      const failures = undecodable(copyInputs, inputs).map(({ field, reason }) => ({
        property: field,
        reason,
      }));
      const connection = inputs["connection"];
      if (failures.length === 0 && isObject(connection)) {
        inputs["connection"] = withDefaults(connection);
      }
      return { inputs, failures, secretInputs: ["connection"] };
    },

    diff: (_subject, change) => {
      const { oldInputs, news } = change.marked ?? change;
      return diffInputs(named(oldInputs), named(news), rules);
    },

    async create(subject, inputs, preview, context) {
      const id = subject.name + randomBytes(4).toString("hex");
      if (!preview) await copy(inputs, context);
      return { id, outputs: inputs };
    },

    read: (subject, { outputs, inputs }) => Promise.resolve({ id: subject.id, outputs, inputs }),

    async update(_subject, change: Change, preview, context) {
      const { oldInputs, news } = change;
      const moved = oldInputs["remotePath"] !== news["remotePath"];
      const changed = hashOf(oldInputs["source"]) !== hashOf(news["source"]);
      if (!preview && (moved || changed)) await copy(news, context);
      return news;
    },

    delete: () => Promise.resolve(),
  };
}

/** Inputs with assets by their content: where a file lies on this computer is no difference. */
function named(inputs: Props): Props {
  return "source" in inputs ? { ...inputs, source: hashOf(inputs["source"]) } : inputs;
}

function hashOf(asset: unknown): unknown {
  return isObject(asset) ? asset["hash"] : UNKNOWN;
}

function contentOf(asset: unknown): Buffer {
  if (isObject(asset) && typeof asset["text"] === "string") return Buffer.from(asset["text"]);
  if (isObject(asset) && typeof asset["path"] === "string") {
    try {
      return readFileSync(asset["path"]);
    } catch {
      throw new ProviderError(`open ${asset["path"]}: no such file or directory`);
    }
  }
  throw new ProviderError("the local cloud copies assets that are a file or a text, no others");
}
