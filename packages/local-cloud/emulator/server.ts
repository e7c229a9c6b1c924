import * as grpc from "@grpc/grpc-js";
import * as emptyproto from "google-protobuf/google/protobuf/empty_pb";
import * as structproto from "google-protobuf/google/protobuf/struct_pb";
import * as plugproto from "@pulumi/pulumi/proto/plugin_pb";
import * as provproto from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";

import { callerEnvironment, callerProcess } from "./caller";
import { EngineLog } from "./engine-log";
import { toServiceError } from "./errors";
import { InvokeRefusal, type CheckFailure, type Provider } from "./handler";
import { Session, type Cloud } from "./session";
import { compact, type Props } from "./values";

type Call<Request> = grpc.ServerUnaryCall<Request, unknown>;

const struct = (props: Props) =>
  structproto.Struct.fromJavaScript(compact(props) as Record<string, structproto.JavaScriptValue>);
const props = (value: structproto.Struct | undefined): Props => value?.toJavaScript() ?? {};

/**
 * Serves one emulated provider on a free loopback port, as `PULUMI_DEBUG_PROVIDERS` expects it.
 * The engine opens one connection for each provider resource, so a connection's peer address
 * tells apart several configurations of the same provider.
 */
export async function serve(
  provider: Provider,
  cloud: Cloud,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  const sessions = new Map<string, Session>();
  const session = (call: Call<unknown>): Session => {
    const peer = call.getPeer();
    let found = sessions.get(peer);
    if (!found) {
      found = new Session(provider, cloud, new EngineLog(), callerEnvironment(peer, port), () =>
        callerProcess(peer, port),
      );
      sessions.set(peer, found);
    }
    return found;
  };
  const unary =
    <Request, Response>(
      answer: (
        request: Request,
        session: Session,
        gone: AbortSignal,
      ) => Promise<Response> | Response,
    ) =>
    async (call: Call<Request>, callback: grpc.sendUnaryData<Response>) => {
      // Ctrl-C is a call of its own (`cancel`): what is under way breaks off with the engine alone.
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort());
      try {
        callback(null, await answer(call.request, session(call), gone.signal));
      } catch (error) {
        callback(toServiceError(error), null);
      }
    };

  server.addService(ResourceProviderService as unknown as grpc.ServiceDefinition, {
    attach: (call: Call<plugproto.PluginAttach>, callback: grpc.sendUnaryData<unknown>) => {
      // The first call of every engine: whatever an earlier one left under this port is over.
      sessions.get(call.getPeer())?.engine.close();
      sessions.delete(call.getPeer());
      session(call).engine.attach(call.request.getAddress());
      callback(null, new emptyproto.Empty());
    },
    getPluginInfo: unary(() => {
      const info = new plugproto.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    checkConfig: unary((request: provproto.CheckRequest, session) =>
      checkResponse(session.checkConfig(props(request.getNews()), request.getUrn())),
    ),
    diffConfig: unary((request: provproto.DiffRequest, session) =>
      diffResponse(session.diffConfig(props(request.getOldInputs()), props(request.getNews()))),
    ),
    configure: unary((request: provproto.ConfigureRequest, session) => {
      session.configure(props(request.getArgs()));
      const response = new provproto.ConfigureResponse();
      response.setSupportspreview(provider.capabilities.supportsPreview);
      response.setAcceptsecrets(provider.capabilities.acceptSecrets);
      response.setAcceptresources(true);
      response.setSupportsAutonamingConfiguration(provider.capabilities.supportsAutonaming);
      return response;
    }),
    invoke: unary(async (request: provproto.InvokeRequest, session) => {
      const response = new provproto.InvokeResponse();
      try {
        const result = await session.invoke(request.getTok(), props(request.getArgs()));
        response.setReturn(struct(result));
      } catch (error) {
        if (!(error instanceof InvokeRefusal)) throw error;
        response.setFailuresList(error.failures.map(failureMessage));
      }
      return response;
    }),
    check: unary((request: provproto.CheckRequest, session) =>
      checkResponse(
        session.check(request.getUrn(), props(request.getOlds()), props(request.getNews())),
      ),
    ),
    diff: unary((request: provproto.DiffRequest, session) =>
      diffResponse(
        session.diff(request.getUrn(), request.getId(), {
          olds: props(request.getOlds()),
          oldInputs: props(request.getOldInputs()),
          news: props(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: unary(async (request: provproto.CreateRequest, session, gone) => {
      const { id, outputs } = await session.create(
        request.getUrn(),
        props(request.getProperties()),
        request.getPreview(),
        { gone, timeoutSeconds: request.getTimeout() },
      );
      const response = new provproto.CreateResponse();
      response.setId(id);
      response.setProperties(struct(outputs));
      return response;
    }),
    read: unary(async (request: provproto.ReadRequest, session) => {
      const found = await session.read(request.getUrn(), request.getId(), {
        outputs: props(request.getProperties()),
        inputs: props(request.getInputs()),
      });
      const response = new provproto.ReadResponse();
      if (found) {
        response.setId(found.id);
        response.setProperties(struct(found.outputs));
        response.setInputs(struct(found.inputs));
      }
      return response;
    }),
    update: unary(async (request: provproto.UpdateRequest, session, gone) => {
      const outputs = await session.update(
        request.getUrn(),
        request.getId(),
        {
          olds: props(request.getOlds()),
          oldInputs: props(request.getOldInputs()),
          news: props(request.getNews()),
        },
        request.getPreview(),
        { gone, timeoutSeconds: request.getTimeout() },
      );
      const response = new provproto.UpdateResponse();
      response.setProperties(struct(outputs));
      return response;
    }),
    delete: unary(async (request: provproto.DeleteRequest, session, gone) => {
      await session.delete(request.getUrn(), request.getId(), props(request.getProperties()), {
        gone,
        timeoutSeconds: request.getTimeout(),
      });
      return new emptyproto.Empty();
    }),
    cancel: unary((_request: emptyproto.Empty, session) => {
      session.cancel();
      return new emptyproto.Empty();
    }),
  });

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    stop: () => {
      server.forceShutdown();
      for (const { engine } of sessions.values()) engine.close();
      return Promise.resolve();
    },
  };
}

function checkResponse(result: ReturnType<Session["check"]>): provproto.CheckResponse {
  const response = new provproto.CheckResponse();
  response.setInputs(struct(result.inputs));
  response.setFailuresList(result.failures.map(failureMessage));
  return response;
}

function failureMessage({ property, reason }: CheckFailure): provproto.CheckFailure {
  const failure = new provproto.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

function diffResponse(result: ReturnType<Session["diff"]>): provproto.DiffResponse {
  const response = new provproto.DiffResponse();
  response.setChanges(
    result.changes
      ? provproto.DiffResponse.DiffChanges.DIFF_SOME
      : provproto.DiffResponse.DiffChanges.DIFF_NONE,
  );
  response.setReplacesList([...result.replaces]);
  response.setDiffsList([...result.diffs]);
  response.setStablesList([...(result.stables ?? [])]);
  response.setDeletebeforereplace(result.deleteBeforeReplace ?? false);
  if (result.detailed) {
    response.setHasdetaileddiff(true);
    for (const [path, kind] of Object.entries(result.detailed)) {
      const detail = new provproto.PropertyDiff();
      detail.setKind(provproto.PropertyDiff.Kind[kind]);
      response.getDetaileddiffMap().set(path, detail);
    }
  }
  return response;
}
