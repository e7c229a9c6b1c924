/** Where a project's archives lie in a bucket: `backups/<project>/` (R31). */
export function backupPrefix(project: string): string {
  return `backups/${project}/`;
}
