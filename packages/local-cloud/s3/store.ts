import * as fs from "node:fs";
import * as path from "node:path";

import { authorityFile, certificateFor, publicAuthority } from "../edge/authority";
import type { Computer } from "../ground/computer";
import type { Listening } from "../ground/listen";
import type { Say } from "../ground/progress";
import { defaultAccount } from "../providers/aws/seed";
import { Account } from "./account";
import { here, openDoor } from "./door";
import { Servers } from "./servers";
import type { AccessKey } from "./sign";
import { obtainVersitygw } from "./versitygw";

/** What an account's objects are kept by. */
export interface StoreOptions {
  readonly computer: Computer;
  /** Where everything is kept; an absolute path. It is there again when the store is opened again. */
  readonly directory: string;
  /** Where the authority is kept that signs for the door; made there on first use. */
  readonly authority: string;
  /** The account's own key. */
  readonly root: AccessKey;
  /** Its number, twelve digits; absent: that of a cloud to which none was seeded. */
  readonly accountId?: () => string;
  readonly say?: Say;
}

/** The objects, keys and policies of one account of AWS, for real. */
export interface Store {
  readonly account: Account;
  /** What trusts its doors: a certificate in PEM. */
  readonly authority: string;
  /** A door at a free port of an address; one at this computer's own unless told. */
  listen(address?: string): Promise<Listening>;
  close(): Promise<void>;
}

/**
 * Opens the store of a directory. Its processes start with the first request. Refuses where the server can
 * not be had, naming what to do.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory, root, accountId = () => defaultAccount, computer, say } = options;
  const program = await obtainVersitygw(computer, say);
  const signer = await publicAuthority(options.authority);
  const authority = fs.readFileSync(authorityFile(options.authority), "utf8");
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const pair = await certificateFor(signer, ["localhost"]);
  const servers = new Servers({
    program,
    directory: path.resolve(directory),
    root,
    pair,
    authority,
  });
  const account = new Account(servers, { root, id: accountId }, directory);
  const doors: Listening[] = [];
  return {
    account,
    authority,
    listen: async (address = here) => {
      const door = await openDoor(address, {
        account,
        servers,
        certificate: (name) => certificateFor(signer, [name]),
      });
      doors.push(door);
      return door;
    },
    close: async () => {
      for (const door of doors) await door.close();
      await servers.close();
    },
  };
}
