/**
 * The address of IPv6 that goes with one of IPv4, in the network that is kept for documentation
 * (2001:db8::/32): nobody's elsewhere, and as far from another's here as the two of IPv4 are. Pure.
 */
export function ipv6Beside(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `2001:db8::${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
