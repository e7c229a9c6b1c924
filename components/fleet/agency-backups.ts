import { ageKey, backupRegions } from "./backups";
import { choice, group, list } from "./hints";

/** `backups` of `berth:agency`: the agency's own data, beside that of its projects (R79). */
export const agencyBackups = group(
  "The agency's own data that is backed up and drilled beside its projects' (R79).",
  {
    state: group(
      "Copies of every stack's state, below backups/berth-state/ of production's bucket: made by berth backup --state, proven by berth drill --state.",
      {
        recipients: list(
          "Keys that each copy is encrypted to, two or more, one of them kept offline: a state says where everything is.",
          ageKey,
        ),
        region: choice("Region of the bucket; absent: us-east-1.", backupRegions, {
          what: "a region for backups",
          fix: "choose one, or leave it out: us-east-1",
        }).optional(),
      },
    ).optional(),
  },
);
