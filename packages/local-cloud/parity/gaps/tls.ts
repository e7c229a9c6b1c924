import type { Gap } from "../gap";

/** Differences from the TLS provider's recorded calls that are accepted, and why. */
export const tlsGaps: readonly Gap[] = [
  {
    type: "tls:index/certRequest:CertRequest",
    field: "(check)",
    aspect: "error",
    recorded:
      /^cannot encode resource inputs to call ValidateResourceConfig: .*"subject": Expected an Object/,
    emulated: "succeeds",
    reason:
      "a list of two subjects breaks the real plugin's encoder; the program gives one subject, and the SDK's types let no list through.",
  },
];
