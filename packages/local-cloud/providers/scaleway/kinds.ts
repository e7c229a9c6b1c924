/** World kind of an instance; its data are the provider's outputs. */
export const serverKind = "scaleway/server";
/** World kind of a flexible IP. */
export const ipKind = "scaleway/ip";
/** World kind of a security group. */
export const groupKind = "scaleway/security-group";
/** World kind of a volume that no server holds: what a deleted server left behind. */
export const volumeKind = "scaleway/volume";
/** World kind of a machine behind an instance: `{ address, running }`, under the instance's id. */
export const machineKind = "scaleway/machine";
/**
 * World kind of a shortage, put there to rehearse one: `zone/type`, with `{ at: "create" }` or
 * `{ at: "start" }`, the call that fails.
 */
export const shortageKind = "scaleway/shortage";
/** World kind of a quota, put there to rehearse one: under the type, `{ limit: 2 }`. */
export const quotaKind = "scaleway/quota";
