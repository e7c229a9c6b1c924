import { repositoryPathPattern } from "./formats";
import { count, group, text } from "./hints";

/** A name that DNS finds: no address, as certificates and fail-overs go by names. */
const hostPattern = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

/** `backup.rds` of a project. */
export const rds = group(
  "The PostgreSQL server that no container of the project is, such as Amazon RDS: its node dumps it over the network, encrypted.",
  {
    host: text("Its endpoint, as the node reaches it.", hostPattern, {
      what: "the name of a server",
      allowed: "a name such as shop.abc.us-east-1.rds.amazonaws.com, without port",
      fix: "copy the endpoint from the console of RDS",
    }),
    port: count("Its port; 5432 when absent.", 1, {
      what: "a port",
      fix: "write the number without quotes",
    }).optional(),
    user: text("The account that reads all of its databases.", /^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/, {
      what: "the name of an account",
      allowed: "letters, digits, _, $ and -",
      fix: "write the master user, or one that may read every table",
    }),
    password: text(
      "Name of the project's secret that is its password.",
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      {
        what: "the name of a secret",
        allowed: "letters, digits and _",
        fix: "write the name, not the value, and declare it in secrets",
        secret: true,
      },
    ),
    image: text(
      "Image whose pg_dump reads it and in which its archives are drilled: of the server's own major version.",
      /^[a-z0-9][a-z0-9._/:@-]{0,254}$/,
      {
        what: "an image",
        allowed: "a name such as postgres:17",
        fix: "write postgres: and the server's major version",
      },
    ),
    authorities: text(
      "File of the project's repository with the authorities (PEM) that the server's certificate must come from, made out to host; absent: the way is encrypted, and whose certificate it is is not compared.",
      repositoryPathPattern,
      {
        what: "a path in the project's repository",
        allowed: "a path such as ops/rds.pem",
        fix: "write it from the repository's top, without a slash before it",
      },
    ).optional(),
  },
);
