import type { MachineDeclaration } from "../../components/machine/script";
import { application } from "./application";
import { kmc, shop, type Front } from "./front";
import { Standing } from "./standing";

/** The machine that a site moves to: guarded, so that the computer of the test cannot come to it. */
export class Next extends Standing {
  override readonly id = "1002";
  override readonly yard: Front["yard"];

  constructor(front: Front) {
    super();
    this.yard = front.yard;
  }

  protected get wanted(): Partial<MachineDeclaration> {
    return { manage: ["people", "firewall", "proxy", "deploy"], sites: [kmc, shop] };
  }

  async open(): Promise<void> {
    await this.arrive(undefined, 1);
    await this.onHost(application(kmc.httpPort));
  }
}

/** Where a machine's proxy says that a site has moved to, and from. */
export async function moveOf(
  machine: Standing,
  slug: string,
): Promise<{ readonly next: object | null; readonly admitted: string | null }> {
  const { sites } = JSON.parse(await machine.onHost("berth-proxy status")) as {
    sites: { slug: string; next: object | null; admitted: string | null }[];
  };
  return sites.find((each) => each.slug === slug)!;
}
