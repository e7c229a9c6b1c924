/**
 * Errors that no request deserves: the cloud or the network had a bad moment. The local cloud
 * shows them on request (a fault with this message), never by itself.
 */
export const faultTexts: readonly RegExp[] = [
  /\b(429|50\d) [A-Z]/,
  /\b(401|403) [A-Z]/,
  /denied authentication/,
  /giving up after \d+ attempt/,
  /error executing request: .*connect: connection refused/,
  /is out of stock/,
  /has reached its quota/,
  /will exceed your droplet limit/,
  /already has a pending event/,
  /waiting for \w+ to become ready/,
  /expected state \w+ but found/,
];
