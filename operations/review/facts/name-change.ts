/** A DNS name whose target changes, or how the edge talks to the machine behind it. */
export interface NameChange {
  readonly kind: "appears" | "disappears" | "changes" | "taken over" | "leaves";
  readonly name: string;
  readonly type: string;
  /** Who sets the record: Berth, or the client, who has to be told. */
  readonly by: "Berth" | "the client";
  readonly from?: string;
  readonly to?: string;
}
