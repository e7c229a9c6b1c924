import { quote } from "../../components/machine/quote";
import type { FoundHost, FoundMachine, FoundResource } from "./found";

/**
 * What other tools have to forget of a machine before anything of it is changed (R11, R59): whatever they go on
 * declaring, their next run puts back. `hosts` are its entries in Ansible's inventory.
 */
export function forgetting(
  resources: readonly FoundResource[],
  machine: FoundMachine | undefined,
  names: readonly string[],
  hosts: readonly FoundHost[],
): readonly string[] {
  const own = resources.filter(
    (each) =>
      (machine !== undefined && isSame(each.machine, machine)) ||
      (each.record !== undefined && names.includes(each.record.name)),
  );
  const near = resources.filter(
    (each) =>
      !own.includes(each) &&
      machine !== undefined &&
      [machine.id, machine.id.split("/").at(-1)!, machine.address].some(
        (text) => text !== undefined && each.mentions(text),
      ),
  );
  return [
    ...own.map(({ address }) => forget(address)),
    ...near.map(
      ({ address }) =>
        `${address} names this machine and stays Terraform's: forget it too (${forget(address)}), unless it shall`,
    ),
    ...hosts.map(({ name }) => `Ansible: take ${name} out of the inventory`),
  ];
}

/** The command by which Terraform forgets a resource and leaves it where it is. */
export function forget(address: string): string {
  return `terraform state rm ${quote(address)}`;
}

export function isSame(one: FoundMachine | undefined, other: FoundMachine): boolean {
  return one?.provider === other.provider && one.id === other.id;
}
