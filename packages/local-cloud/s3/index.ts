/** An S3 server on loopback, and a client that signs. */

export { S3Client } from "./client";
export { startS3, type S3Server } from "./server";
