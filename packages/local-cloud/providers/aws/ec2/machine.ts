/** The machine behind an instance. */
export function machineOf(instanceId: string): string {
  return `aws-${instanceId}`;
}
