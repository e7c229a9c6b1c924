# shellcheck shell=bash
# The root file system has the whole disk (R7). A disk that grew while its machine ran (AWS, Scaleway)
# is larger for the kernel alone; cloud-init would see to the rest at the next boot, a Droplet's at the
# boot that ends its resize. Only a partition at the end of its disk grows: another layout is somebody's.
if [ "$MADE_BY_BERTH" = yes ]; then
  read -r root filesystem < <(findmnt -nro SOURCE,FSTYPE /) || true
  block=$(readlink -f "/sys/class/block/${root#/dev/}")
  if [ -r "$block/partition" ]; then
    disk=${block%/*}
    if [ -w "$disk/device/rescan" ]; then echo 1 >"$disk/device/rescan"; fi
    sectors=$(<"$disk/size")
    end=$(($(<"$block/start") + $(<"$block/size")))
    last=0
    for start in "$disk"/*/start; do
      stop_at=$(($(<"$start") + $(<"${start%start}size")))
      if [ "$stop_at" -gt "$last" ]; then last=$stop_at; fi
    done
    # 131072 sectors are 64 MB: less is what alignment and the second partition table take.
    if [ "$end" = "$last" ] && [ $((sectors - end)) -gt 131072 ]; then
      if differs disk "$(((sectors - end) / 1953125)) GB of it are in no partition"; then
        growpart "/dev/${disk##*/}" "$(<"$block/partition")" >/dev/null
      fi
    fi
    read -r blocks size < <(stat -fc '%b %S' /)
    if [ $((blocks * size * 10 / 512)) -lt $(($(<"$block/size") * 9)) ]; then
      if differs disk "the file system has $((blocks * size / 1000000000)) GB of its partition's $(($(<"$block/size") / 1953125))"; then
        case $filesystem in
          ext4) resize2fs "$root" >/dev/null 2>&1 ;;
          xfs) xfs_growfs / >/dev/null ;;
          *) failed disk "a root file system of type $filesystem is not grown" ;;
        esac
      fi
    fi
    if [ $((sectors * 20)) -lt $((DISK_GB * 1953125 * 19)) ]; then
      failed disk "has $((sectors / 1953125)) GB, and $DISK_GB GB are declared; see what the provider shows"
    fi
  fi
fi
