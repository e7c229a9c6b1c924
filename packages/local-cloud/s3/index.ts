/** S3 and IAM on this computer: objects, keys and policies that hold, and a client that signs. */

export { S3Client } from "./client";
export { startS3, type S3Server } from "./server";
export { storeService } from "./service";
export { openStore, type Store } from "./store";
