import type { CheckFailure, Provider } from "../../emulator/handler";
import { tokenForm } from "./api";
import { authenticatedOriginPulls } from "./authenticated-origin-pulls";
import { getCertificatePacks } from "./certificate-lookup";
import { dnsRecord } from "./dns-record";
import { hostnameAssociation } from "./hostname-association";
import { hostnameCertificate } from "./hostname-certificate";
import { getIpRanges } from "./ip-ranges";
import { object } from "./object";
import { originCaCertificate } from "./origin-ca-certificate";
import { getDnsRecords } from "./record-lookup";
import { ruleset } from "./ruleset";
import { getRuleset, getRulesets } from "./ruleset-lookup";
import { getZoneSetting } from "./setting-lookup";
import { zoneSetting } from "./zone-setting";
import { getZone, getZones } from "./zones";

/** Cloudflare as @pulumi/cloudflare 6.22.1 shows it. Its zones come from `seedZones`. */
export const cloudflare: Provider = {
  name: "cloudflare",
  version: "6.22.1",
  resources: [
    object(dnsRecord),
    object(zoneSetting),
    object(originCaCertificate),
    object(authenticatedOriginPulls),
    object(ruleset),
    object(hostnameCertificate),
    object(hostnameAssociation),
  ],
  invokes: {
    "cloudflare:index/getCertificatePacks:getCertificatePacks": getCertificatePacks,
    "cloudflare:index/getDnsRecords:getDnsRecords": getDnsRecords,
    "cloudflare:index/getRuleset:getRuleset": getRuleset,
    "cloudflare:index/getRulesets:getRulesets": getRulesets,
    "cloudflare:index/getZone:getZone": getZone,
    "cloudflare:index/getZones:getZones": getZones,
    "cloudflare:index/getZoneSetting:getZoneSetting": getZoneSetting,
    "cloudflare:index/getIpRanges:getIpRanges": getIpRanges,
  },
  capabilities: { supportsPreview: true, acceptSecrets: false, supportsAutonaming: true },
  secretConfig: ["apiToken", "apiKey", "apiUserServiceKey"],
  checkConfig(news) {
    const failures: CheckFailure[] = [];
    const refuse = (key: string, reason: string) =>
      failures.push({
        property: "",
        reason: `could not validate provider configuration: ${reason}. Check \`pulumi config get cloudflare:${key}\`.`,
      });
    if (typeof news["apiToken"] === "string" && !tokenForm.test(news["apiToken"])) {
      refuse(
        "apiToken",
        "Invalid Attribute Value. Attribute api_token API tokens must only contain characters a-z, A-Z, 0-9, hyphens and underscores",
      );
    }
    if (news["apiKey"] !== undefined && news["email"] === undefined) {
      refuse(
        "apiKey",
        'Invalid Attribute Combination. Attribute "email" must be specified when "api_key" is specified',
      );
    }
    return { inputs: news, failures };
  },
};
