/** The local cloud's clock: real time, shifted on request. One clock serves every provider. */
export class Clock {
  private shiftMs = 0;

  now(): Date {
    return new Date(Date.now() + this.shiftMs);
  }

  /** Makes the present moment read as `instant`; time goes on from there. */
  set(instant: Date): void {
    if (Number.isNaN(instant.getTime())) throw new Error("clock: an ISO 8601 instant");
    this.shiftMs = instant.getTime() - Date.now();
  }
}
