/** The script that makes the layers of the images. Pure. */

import { basePackages, imageRecipes, leftOut, leftOutPaths, type ImageRecipe } from "./recipe";

const needsOf = ({ name, packages }: ImageRecipe): string =>
  `  needs ${packages.join(" ")} | comm -23 - base.needs > ${name}.needs &&\n`;

/**
 * Makes one layer a recipe, and the one below them all, in the current directory: `NAME.tar.gz`, and
 * `NAME.sums` with the checksums of the layer and of what it is packed from. `$1` is the system of the
 * machines' template: its apt resolves the packages, as for a system that has nothing, and checks their
 * signatures. In a mount namespace of its own, so that an interrupted build leaves no mount.
 *
 * - The lists of packages are the template's; where they name what is gone, they are read again.
 * - A layer has what its packages need less what the base has, and the links of the base's that lead
 *   /lib and its like to /usr.
 * - Times are one and the same: what did not change gives the same layer.
 */
export const layersScript = `set -euo pipefail
mkdir upper overlay merged archives
mount -t overlay overlay -o "lowerdir=$1,upperdir=upper,workdir=overlay" merged
mount --bind /dev merged/dev
mount -t proc proc merged/proc
mount -t tmpfs tmpfs merged/run
cat /etc/resolv.conf > merged/etc/resolv.conf
mkdir -p merged/images/archives/partial
: > merged/images/status
apt() {
  chroot merged apt-get -qq -o Dir::State::status=/images/status -o Dir::Cache::archives=/images/archives \\
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= --no-install-recommends "$@"
}
base='${basePackages.join(" ")}'
needs() { apt --print-uris install $base "$@" | awk '{ print $2 }' | sort; }
# Only what is not downloaded yet is told, so all is asked before.
fetch() {
  needs > base.needs &&
${imageRecipes.map(needsOf).join("")}  apt --download-only install $base ${imageRecipes.flatMap(({ packages }) => packages).join(" ")}
}
fetch || { apt update; fetch; }
unpack() {
  mkdir "$1"
  for folder in bin sbin lib lib64; do
    mkdir -p "$1/usr/$folder"
    ln -s "usr/$folder" "$1/$folder"
  done
  while read -r archive; do
    case " ${leftOut.join(" ")} " in *" \${archive%%_*} "*) continue ;; esac
    dpkg-deb --fsys-tarfile "merged/images/archives/$archive" |
      tar -x -C "$1" --keep-directory-symlink ${leftOutPaths.map((each) => `--exclude='${each}'`).join(" ")}
  done
}
pack() {
  tar -c -C "$1" --sort=name --numeric-owner --mtime=@0 . > "$1.tar"
  gzip -1 -n < "$1.tar" > "$1.tar.gz"
  sha256sum "$1.tar.gz" "$1.tar" | cut -d' ' -f1 > "$1.sums"
  rm -rf "$1.tar"
}
unpack base < base.needs
cp base/usr/share/base-passwd/passwd.master base/etc/passwd
cp base/usr/share/base-passwd/group.master base/etc/group
install -d -m 1777 base/tmp base/var/tmp
install -d base/etc/ssl/certs
# A link, which the packages themselves make when they are installed.
rm -rf base/var/run
ln -s /run base/var/run
cat base/usr/share/ca-certificates/mozilla/*.crt > base/etc/ssl/certs/ca-certificates.crt
${imageRecipes
  .map(
    ({ name, finish }) => `unpack ${name} < ${name}.needs
mkdir -p ${name}/etc
cp base/etc/passwd base/etc/group ${name}/etc/
(
cd ${name}
${finish})
pack ${name}
`,
  )
  .join("")}pack base
umount merged/run merged/proc merged/dev merged
rm -rf upper overlay merged archives base *.needs ${imageRecipes.map(({ name }) => name).join(" ")}
`;
