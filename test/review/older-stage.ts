import type { ScratchCloud } from "../../local/cloud/scratch";

type Config = Record<string, unknown>;

/** As if the firewall of club had been narrower, and portal's machine older, than the program says. */
export async function narrowAndAge(cloud: ScratchCloud): Promise<void> {
  await cloud.rewriteState("stage", (resource) => {
    for (const values of [resource.inputs, resource.outputs] as Config[]) {
      if (resource.urn.endsWith("::club-firewall")) {
        values["inboundRules"] = (values["inboundRules"] as { portRange: string }[]).filter(
          ({ portRange }) => portRange !== "443",
        );
      }
      if (resource.urn.endsWith("::portal-server")) values["image"] = "ubuntu-24-04-x64";
    }
  });
  const firewall = (await cloud.objects("digitalocean/firewall")).find(({ data }) =>
    String(data["name"]).startsWith("club-"),
  )!;
  const rules = firewall.data["inboundRules"] as { portRange: string }[];
  await cloud.tamper("digitalocean/firewall", firewall.id, {
    inboundRules: rules.filter(({ portRange }) => portRange !== "443"),
  });
}
