/** Where Berth's own programs are on a machine. */

/** What brings certificates to the proxy of a machine, and has it show what it serves. */
export const proxyProgram = "/usr/local/sbin/berth-proxy";

/** What delivers projects on a machine, and tells of what runs. */
export const siteProgram = "/usr/local/sbin/berth-site";

/** The parts of that program. */
export const siteProgramParts = "/usr/local/lib/berth/site";

/** What backs projects up on a machine, and tells of what it did. */
export const backupProgram = "/usr/local/sbin/berth-backup";

/** The parts of that program. */
export const backupProgramParts = "/usr/local/lib/berth/backup";

/** What moves projects between machines. */
export const moveProgram = "/usr/local/sbin/berth-move";

/** The parts of that program. */
export const moveProgramParts = "/usr/local/lib/berth/move";
