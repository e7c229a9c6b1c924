/** What an owner's own settings keep declared members from, and how a converge must say so. */

/** A member whom one of the settings concerns. */
export interface Hindered {
  readonly member: string;
  /** The line of the report. */
  readonly named: RegExp;
  /** What the member cannot do: come in at all, or become root. */
  readonly keeps: "out" | "unprivileged" | "nothing";
}

const out = (member: string, words: string): Hindered => ({
  member,
  named: new RegExp(`^failed: account ${member}: ${words}`, "m"),
  keeps: "out",
});
const unprivileged = (member: string, words: string): Hindered => ({
  ...out(member, `sudo does not make it root: ${words}`),
  keeps: "unprivileged",
});

export const hindered: readonly Hindered[] = [
  out("amy", "sshd would not .*: AllowUsers \\(.*\\) leaves out amy; add it"),
  out("ben", "sshd would not .*: DenyGroups \\(tem\\?s\\) names a group of ben"),
  out("cas", "sshd would not .*: AllowGroups \\(.*\\) leaves out cas; add"),
  out("dee", "sshd would not .*: AuthenticationMethods asks for more .*: publickey,password"),
  out("eli", "sshd would not .*: AuthorizedKeysFile \\(/etc/ssh/keys/%u\\) does not name"),
  out("fay", "sshd would not .*: PubkeyAcceptedAlgorithms takes none .* \\(ssh-ed25519\\)"),
  out("gus", "PAM \\(sshd\\) would not let it in from [\\d.]+: Permission denied"),
  unprivileged("hal", ".*password.*: /etc/sudoers.d/50-admins$"),
  unprivileged("ida", ".*must have a tty"),
  { member: "jan", named: /^changed: \/home\/jan: missing$/m, keeps: "nothing" },
];

/** Puts all of it in the way, each of one member; root and Berth are let through. */
export const obstruct = `set -e
groupadd sshusers && groupadd temps
for name in ${hindered.map(({ member }) => member).join(" ")}; do
  echo "$name" >> /var/lib/berth/accounts && useradd --shell /bin/bash "$name"
  if [ "$name" != cas ]; then usermod --append --groups sshusers "$name"; fi
done
usermod --append --groups temps ben
usermod --append --groups sshusers root
cat > /etc/ssh/sshd_config.d/05-owner.conf <<'END'
AllowUsers root berth amy@192.0.2.* amy@!10.0.0.0/8,203.0.113.0/24 b*n@* cas@10.0.0.0/8 dee eli fay gus hal ida jan@10.0.0.0/8
DenyGroups tem?s
AllowGroups sshusers berth
Match User dee,nobody
  AuthenticationMethods publickey,password
Match User eli
  AuthorizedKeysFile /etc/ssh/keys/%u
Match User fay
  PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256
END
sed -i '1i account required pam_access.so' /etc/pam.d/sshd
echo '-:gus:ALL' >> /etc/security/access.conf
printf 'hal ALL=(ALL:ALL) ALL\\nDefaults:ida requiretty\\n' > /etc/sudoers.d/50-admins
chmod 440 /etc/sudoers.d/50-admins
systemctl reload ssh
`;

/** Takes it away again. */
export const clear = `set -e
rm /etc/ssh/sshd_config.d/05-owner.conf /etc/sudoers.d/50-admins
sed -i 1d /etc/pam.d/sshd
sed -i '$d' /etc/security/access.conf
systemctl reload ssh
`;
