import { bucketName } from "../backups";
import { at, entriesOf, type Draft } from "../draft";
import { environments } from "../../fleet/fleet";
import { bucketFault, domainPattern } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { keyText } from "../../fleet/show";

/** The agency's zones are domains, each with an id of its own, and its name fits into bucket names. */
export function checkAgency({ own }: Draft): readonly Problem[] {
  const { agency } = own.config;
  const zones = entriesOf(agency?.zones);
  const misnamed = zones
    .filter(([zone]) => !domainPattern.test(zone))
    .map(([zone]) => ({
      path: at(own, "agency", "zones", zone),
      message: "is not a domain name",
      received: JSON.stringify(keyText(zone)),
      allowed: "a name such as example.org, lower case, without trailing dot",
      fix: "write the zone's name as Cloudflare shows it",
    }));
  const doubled = zones.flatMap(([zone, id], index) => {
    const first = zones.slice(0, index).find(([, other]) => other === id);
    return first === undefined
      ? []
      : [
          {
            path: at(own, "agency", "zones", zone),
            message: `has the same id as the zone ${first[0]}`,
            fix: "copy each zone's id from its own overview page in Cloudflare",
          },
        ];
  });
  return [...misnamed, ...doubled, ...nameProblems(agency?.name, at(own, "agency", "name"))];
}

/** The longest derived name decides, so that a first project in Canada does not fail later. */
function nameProblems(name: string | undefined, path: string): Problem[] {
  if (name === undefined) return [];
  const longest = environments.map((environment) => bucketName(name, environment, "ca-central-1"));
  const faults = longest.flatMap((bucket) => bucketFault(bucket) ?? []);
  return faults.slice(0, 1).map((fault) => ({
    path,
    message: `leads to a bucket name that S3 refuses: ${longest[0]} ${fault}`,
    received: JSON.stringify(name),
    fix: "choose a shorter or plainer name",
  }));
}
