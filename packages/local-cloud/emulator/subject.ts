/** What identifies the resource a call is about. */
export interface Subject {
  readonly urn: string;
  /** Logical name: the last part of the urn. */
  readonly name: string;
  readonly type: string;
}
