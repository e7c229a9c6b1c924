import * as grpc from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { openedValues, type Opened } from "../../engine/values";
import { declaredIn } from "../judge/declared";
import type { Policy } from "../judge/policy";
import { readWaivers, waiversKey } from "../judge/waivers";
import { Review, type Run, type Shown, type Told } from "./review";

/** What a pack is called and holds. */
export interface Pack {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly policies: readonly Policy[];
}

const { ADVISORY, MANDATORY, DISABLED } = proto.EnforcementLevel;

/**
 * Serves a pack to the engine on a free loopback port, and resolves to the port.
 *
 * It speaks the engine's analyzer protocol itself instead of going through `@pulumi/policy`. That
 * SDK unwraps secrets before a policy sees them, so no policy could tell a plain secret from a kept
 * one; it turns a policy that touches one unknown value into an advisory as a whole; it shows stack
 * policies outputs only, without the facts on components; and loading it takes 0.4 s, four times
 * as long as all of this.
 */
export async function servePack(pack: Pack): Promise<number> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  const levels = new Map<string, proto.EnforcementLevel>();
  const levelOf = ({ name }: Policy) => levels.get(name) ?? MANDATORY;
  const enabled = () => pack.policies.filter((policy) => levelOf(policy) !== DISABLED);
  let run: Run = { phase: "state" };
  let review = new Review(enabled(), run);

  const respond = (told: readonly Told[]): proto.AnalyzeResponse => {
    const response = new proto.AnalyzeResponse();
    for (const { policy, urn, message, kind } of told) {
      const diagnostic = new proto.AnalyzeDiagnostic();
      diagnostic.setPolicyname(policy.name);
      diagnostic.setPolicypackname(pack.name);
      diagnostic.setPolicypackversion(pack.version);
      diagnostic.setDescription(policy.description);
      diagnostic.setMessage(`${message} [${ruleList(policy)}]`);
      diagnostic.setUrn(urn);
      diagnostic.setEnforcementlevel(kind === "violation" ? levelOf(policy) : ADVISORY);
      response.addDiagnostics(diagnostic);
    }
    return response;
  };

  server.addService(AnalyzerService as unknown as grpc.ServiceDefinition, {
    handshake: unary(() => new proto.AnalyzerHandshakeResponse()),
    getPluginInfo: unary(() => {
      const info = new PluginInfo();
      info.setVersion(pack.version);
      return info;
    }),
    getAnalyzerInfo: unary(() => analyzerInfo(pack)),
    // A new run: nothing that an earlier one showed counts any more.
    configureStack: unary((request: proto.AnalyzerStackConfigureRequest) => {
      const config = new Map(request.getConfigMap().entries());
      run = {
        phase: request.getDryRun() ? "preview" : "update",
        waivers: readWaivers(config.get(waiversKey)),
        declared: declaredIn(config),
      };
      review = new Review(enabled(), run);
      return new proto.AnalyzerStackConfigureResponse();
    }),
    configure: unary((request: proto.ConfigureAnalyzerRequest) => {
      for (const [name, config] of request.getPolicyconfigMap().entries()) {
        levels.set(name, config.getEnforcementlevel());
      }
      review = new Review(enabled(), run);
      return new Empty();
    }),
    remediate: unary(() => new proto.RemediateResponse()),
    analyze: unary((request: proto.AnalyzeRequest) =>
      respond(review.judge(shown(request, request.getOptions()?.getParent() ?? "", {}))),
    ),
    analyzeStack: unary((request: proto.AnalyzeStackRequest) =>
      respond(
        review.judgeStack(
          request.getResourcesList().map((resource) => {
            const dependencies = [...resource.getPropertydependenciesMap().entries()];
            return shown(
              resource,
              resource.getParent(),
              Object.fromEntries(dependencies.map(([key, urns]) => [key, urns.getUrnsList()])),
            );
          }),
        ),
      ),
    ),
    cancel: unary(() => new Empty()),
  });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

/** Rule numbers as people cite them: `R23, R26`. */
export function ruleList({ rules }: Policy): string {
  return rules.map((rule) => `R${rule}`).join(", ");
}

function shown(
  message: proto.AnalyzeRequest | proto.AnalyzerResource,
  parent: string,
  dependencies: Shown["dependencies"],
): Shown {
  const options = message.getOptions();
  const provider = message.getProvider();
  return {
    urn: message.getUrn(),
    type: message.getType(),
    name: message.getName(),
    properties: opened(message.getProperties()),
    protect: options?.getProtect() ?? false,
    ignoreChanges: options?.getIgnorechangesList() ?? [],
    parent,
    dependencies,
    provider: provider && opened(provider.getProperties()),
  };
}

function opened(properties: Struct | undefined): Opened {
  return openedValues(properties?.toJavaScript() ?? {});
}

function analyzerInfo({ name, version, description, policies }: Pack): proto.AnalyzerInfo {
  const info = new proto.AnalyzerInfo();
  info.setName(name);
  info.setVersion(version);
  info.setDescription(description);
  info.setSupportsconfig(true);
  for (const policy of policies) {
    const entry = new proto.PolicyInfo();
    entry.setName(policy.name);
    entry.setDescription(policy.description);
    entry.setEnforcementlevel(MANDATORY);
    entry.setPolicyType(
      policy.check ? proto.PolicyType.POLICY_TYPE_RESOURCE : proto.PolicyType.POLICY_TYPE_STACK,
    );
    info.addPolicies(entry);
  }
  return info;
}

function unary<Request, Response>(answer: (request: Request) => Response) {
  return (
    { request }: grpc.ServerUnaryCall<Request, Response>,
    callback: grpc.sendUnaryData<Response>,
  ) => {
    try {
      callback(null, answer(request));
    } catch (error) {
      const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
      callback({ code: grpc.status.INTERNAL, details }, null);
    }
  };
}
