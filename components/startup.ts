import * as nodeModule from "node:module";
import * as pulumi from "@pulumi/pulumi";

/*
 * Imported first. The SDK takes a stack trace for every promise it makes, and ts-node formats each
 * with source maps: half of this program's time on a fleet of 50 nodes. Node's own formatting is
 * kept, which tells the same functions and files.
 */
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;

/** Keeps compiled code between runs, where Node can (22.8 and later). */
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };
enableCompileCache?.();

/*
 * The SDK notes the call stack of every resource, and the engine keeps it in the state: a kilobyte each,
 * of which a third of a fleet's state came to consist. Nothing reads it, and a URN tells who made what.
 */
(pulumi.Resource as unknown as { stackTrace: () => readonly unknown[] }).stackTrace = () => [];
