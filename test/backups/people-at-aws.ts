import { delimiter, dirname } from "node:path";

import { run, tryRun } from "../../packages/local-cloud/hosts/process";
import { obtainAwsCli } from "./aws-cli";

/** People at the AWS account of a local cloud, each with AWS's own command and with keys of their own. */
export class PeopleAtAws {
  private constructor(private readonly manager: NodeJS.ProcessEnv) {}

  /** `env`: of the cloud, with the account's own key. */
  static async of(env: NodeJS.ProcessEnv): Promise<PeopleAtAws> {
    if (env["AWS_ENDPOINT_URL"] === undefined) throw new Error("the cloud's objects are records");
    const aws = dirname(await obtainAwsCli());
    const AWS_DEFAULT_REGION = "us-east-1";
    const PATH = [aws, env["PATH"]].join(delimiter);
    return new PeopleAtAws({ ...env, AWS_DEFAULT_REGION, PATH });
  }

  /** What a manager types, line by line; throws where a line fails. */
  manage(script: string): Promise<string> {
    return run(["bash", "-e", "-c", script], { env: this.manager });
  }

  /** What a manager types to issue somebody's key (R42). */
  async join(name: string, group: string): Promise<Person> {
    const said = await this.manage(
      `aws iam create-user --user-name ${name} >/dev/null
       aws iam add-user-to-group --group-name ${group} --user-name ${name}
       aws iam create-access-key --user-name ${name} --query AccessKey.[AccessKeyId,SecretAccessKey] --output text`,
    );
    const [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY] = said.trim().split("\t");
    return new Person({ ...this.manager, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
  }
}

/** Somebody with a key. */
export class Person {
  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** What becomes of each command line after `aws`: `done`, `denied`, or else what it said. */
  async tries(...commands: readonly string[]): Promise<string[]> {
    const script = commands.map(
      (command) => `if said=$(aws ${command} 2>&1); then echo done
        else case $said in
          *AccessDenied*|*Forbidden*) echo denied;;
          *) echo "$said" | tr '\\n' ' '; echo;;
        esac; fi`,
    );
    const { stdout } = await tryRun(["bash", "-c", script.join("\n")], { env: this.env });
    return stdout.trim().split("\n");
  }
}
