import { useRange } from "../emulator/addresses";
import type { Provider } from "../emulator/handler";
import { recordedMachines, type Machines } from "../emulator/machines";
import type { World } from "../emulator/world";
import { authorityFile } from "../edge/authority";
import { openEdge } from "../edge/edge";
import { serveNames, type NameServer } from "../edge/name-server";
import { zonesOf } from "../edge/zones";
import { ensureTemplate, forEmulators, layoutOf, openMachines, type Layout } from "../hosts";
import { nameServersIn, resolverConfiguration } from "../hosts/network";
import { forgeService } from "../forge";
import { imageService } from "../images";
import { providers } from "../providers";
import { accountOf } from "../providers/aws/seed";
import { commandOver } from "../providers/command";
import { shellOfRecords } from "../providers/command/recorded-shell";
import { sshShell } from "../providers/command/ssh-shell";
import { openStore, storeService, type Store } from "../s3";
import type { Account } from "../s3/account";
import type { AccountCard, EdgeCard } from "./card";
import { localAccounts } from "./environment";
import type { MachineKind } from "./machine-kind";
import type { CloudPaths } from "./paths";
import type { Computer } from "../ground/computer";

/** What stands behind the servers of one local cloud. */
export interface Behind {
  readonly machines: Machines;
  /** Every provider; `command` finds its way to these machines. */
  readonly providers: readonly Provider[];
  /** The account at AWS whose buckets and keys are real; absent where they are records. */
  readonly account?: { readonly account: Account; readonly card: AccountCard };
  /** What stands before proxied names, where machines boot. */
  readonly edge?: EdgeCard;
  /** Lets go of the machines, of which those that booted run on, and ends the edge. */
  close(): Promise<void>;
}

/** Opens the machines of the cloud of these paths; those lost in a crash are started again. */
export async function openBehind(
  kind: MachineKind,
  paths: CloudPaths,
  computer: Computer,
  world: World,
): Promise<Behind> {
  const store = await openAccount(paths, computer, world);
  const account = store && { account: store.account, card: await accountCard(paths, store) };
  const close = () => store?.close();
  if (kind === "recorded") {
    const command = commandOver(shellOfRecords(world, sshShell));
    return {
      machines: recordedMachines,
      providers: providers.map((provider) => (provider.name === "command" ? command : provider)),
      ...(account ? { account } : {}),
      close: async () => close(),
    };
  }
  const layout = layoutOf(paths.directory, paths.name);
  useRange(world, layout.range);
  let names: NameServer | undefined;
  // Built already: the command that started this process did so, with progress.
  const machines = await openMachines(layout, await ensureTemplate(computer, console.log), {
    serveNames: async (gateway) => (names = await namesOf(world, layout, gateway)),
    services: [
      ...[imageService(computer), forgeService(paths.repositories)],
      ...(store ? [storeService(store)] : []),
    ],
  });
  await machines.restartLost();
  const edge = names && (await standBefore(paths, layout, names, world));
  return {
    machines: forEmulators(machines, { docker: kind === "booted" }),
    providers,
    ...(account ? { account } : {}),
    ...(edge ? { edge: edge.card } : {}),
    close: async () => {
      await edge?.close();
      await names?.close();
      await machines.close();
      await close();
    },
  };
}

/** The account's store; undefined, and said in the log, where its server can not be had. */
async function openAccount(
  paths: CloudPaths,
  computer: Computer,
  world: World,
): Promise<Store | undefined> {
  const authority = paths.edge;
  try {
    return await openStore({
      ...{ computer, authority, directory: paths.objects, say: console.log },
      accountId: () => accountOf(world),
      root: {
        accessKeyId: localAccounts.AWS_ACCESS_KEY_ID,
        secretAccessKey: localAccounts.AWS_SECRET_ACCESS_KEY,
      },
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

async function accountCard(paths: CloudPaths, store: Store): Promise<AccountCard> {
  const { port } = await store.listen();
  return { endpoint: `https://127.0.0.1:${port}`, authority: authorityFile(paths.edge) };
}

async function namesOf(world: World, layout: Layout, gateway: string): Promise<NameServer> {
  return serveNames(gateway, 0, {
    names: () => ({ zones: zonesOf(world), edge: layout.edge }),
    upstream: nameServersIn(await resolverConfiguration()),
  });
}

/** The edge; where it cannot serve, the rest of the cloud does, and the card says why it does not. */
async function standBefore(
  paths: CloudPaths,
  layout: Layout,
  { address, port }: NameServer,
  world: World,
): Promise<{ card: EdgeCard; close(): Promise<void> }> {
  const nameServer = { address, port };
  const options = { directory: paths.edge, address: layout.edge, nameServer, world };
  const card = {
    address: layout.edge,
    authority: authorityFile(paths.edge),
    names: nameServer,
  };
  try {
    const edge = await openEdge(options);
    return { card, close: () => edge.close() };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    console.error(`no edge: ${problem}`);
    return { card: { ...card, problem }, close: () => Promise.resolve() };
  }
}
