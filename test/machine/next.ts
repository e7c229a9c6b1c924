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
