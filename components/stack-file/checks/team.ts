import { at, entriesOf, isBroken, type Draft } from "../draft";
import { loginPattern } from "../../fleet/formats";
import { nearest } from "../../fleet/nearest";
import type { Problem } from "../../fleet/problem";
import { keyText, received } from "../../fleet/show";
import { readPublicKey } from "../../fleet/ssh-key";

/** Accounts and groups that Ubuntu, the providers or Berth have on a machine. */
const reserved = new Set(
  (
    "root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc nobody " +
    "messagebus syslog sshd uuidd tcpdump landscape pollinate fwupd-refresh polkitd tss dnsmasq " +
    "ubuntu debian admin ec2-user centos adm tty disk kmem dialout fax voice cdrom floppy tape " +
    "sudo audio dip operator src shadow utmp video sasl plugdev staff users nogroup netdev lxd " +
    "input kvm render sgx crontab wheel docker dev berth"
  ).split(" "),
);

interface DeclaredKey {
  readonly path: string;
  readonly owner: string;
  readonly text: string;
}

/** People have usable accounts and keys of their own, groups name people, and someone can deploy. */
export function checkTeam(draft: Draft): readonly Problem[] {
  const { own } = draft;
  const { team } = own.config;
  const members = entriesOf(team?.members);
  const keys: DeclaredKey[] = [
    ...members.flatMap(([name, member]) =>
      (member.keys ?? []).map((text, index) => ({
        path: at(own, "team", "members", name, "keys", index),
        owner: `the member ${name}`,
        text,
      })),
    ),
    ...entriesOf(team?.deployers).map(([name, text]) => ({
      path: at(own, "team", "deployers", name),
      owner: `the deployer ${name}`,
      text,
    })),
  ];
  return [
    ...members.flatMap(([name]) => accountProblems(name, at(own, "team", "members", name))),
    ...members
      .filter(([name, { keys: declared }]) => {
        const place = at(own, "team", "members", name, "keys");
        // A list emptied of what was wrong in it is not an empty list.
        return declared?.length === 0 && !draft.broken.some((wrong) => wrong.startsWith(place));
      })
      .map(([name]) => ({
        path: at(own, "team", "members", name, "keys"),
        message: "is empty: a member without a key cannot log in (R17)",
        fix: "add the line of the member's .pub file",
      })),
    ...keyProblems(keys),
    ...groupProblems(draft),
    ...(team?.deployers !== undefined &&
    Object.keys(team.deployers).length === 0 &&
    !draft.broken.some((place) => place.startsWith(at(own, "team", "deployers")))
      ? [
          {
            path: at(own, "team", "deployers"),
            message: "is empty: nobody could enter a new machine",
            fix: "add the public key of whoever runs `pulumi up`, such as Jenkins",
          },
        ]
      : []),
  ];
}

function accountProblems(name: string, path: string): Problem[] {
  const taken = reserved.has(name) || name.startsWith("systemd-");
  if (loginPattern.test(name) && !taken) return [];
  return [
    {
      path,
      message: taken ? "is an account that the system uses itself" : "is not an account name",
      received: JSON.stringify(keyText(name)),
      allowed: "lower-case letters, digits, - and _, at most 32, first a letter",
      fix: "choose another name for the member's account",
    },
  ];
}

function keyProblems(keys: readonly DeclaredKey[]): Problem[] {
  const owners = new Map<string, DeclaredKey>();
  return keys.flatMap((key): Problem[] => {
    const reading = readPublicKey(key.text);
    if (reading.kind === "fault") {
      return [{ path: key.path, message: reading.message, fix: reading.fix }];
    }
    const identity = `${reading.type} ${reading.blob}`;
    const first = owners.get(identity);
    if (first === undefined) {
      owners.set(identity, key);
      return [];
    }
    return [
      {
        path: key.path,
        message: `is the same key as that of ${first.owner} at ${first.path}`,
        fix: "give each person and each deployer a key of their own, so that one can be withdrawn",
      },
    ];
  });
}

function groupProblems(draft: Draft): Problem[] {
  const { own } = draft;
  const members = Object.keys(own.config.team?.members ?? {});
  return entriesOf(own.config.team?.groups).flatMap(([group, names]): Problem[] => [
    ...(members.includes(group)
      ? [
          {
            path: at(own, "team", "groups", group),
            message: `has the name of a member, so access: [${group}] would be unclear`,
            fix: "rename the group",
          },
        ]
      : []),
    ...names.flatMap((name, index) => {
      if (members.includes(name) || isBroken(draft, at(own, "team", "members", name))) return [];
      const near = nearest(name, members);
      return [
        {
          path: at(own, "team", "groups", group, index),
          message: "is not a member of the team",
          ...received(name),
          allowed: members.join(", "),
          fix: near === undefined ? "add the member or remove the name" : `did you mean ${near}?`,
        },
      ];
    }),
  ]);
}
