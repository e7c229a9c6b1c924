import * as grpc from "@grpc/grpc-js";
import * as anyproto from "google-protobuf/google/protobuf/any_pb";
import * as structproto from "google-protobuf/google/protobuf/struct_pb";
import * as provproto from "@pulumi/pulumi/proto/provider_pb";
import * as statusproto from "@pulumi/pulumi/proto/status_pb";

import { InitializationError, NotImplementedError, ProviderError } from "./handler";
import { compact, type Props } from "./values";

/**
 * The gRPC form of an error: code Unknown (Unimplemented for a method that the real provider
 * lacks) and the provider's own text, as the real providers answer. An `InitializationError` carries the state of what was half made, which the engine
 * keeps, so that the next `up` continues with it.
 */
export function toServiceError(error: unknown): grpc.ServiceError {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof InitializationError) {
    metadata.add("grpc-status-details-bin", initializationDetails(error));
  } else if (!(error instanceof ProviderError)) {
    // A defect of the emulator, not an answer of the cloud: keep its trace in the log.
    console.error(error instanceof Error ? error.stack : error);
  }
  return Object.assign(new Error(message), {
    code: error instanceof NotImplementedError ? grpc.status.UNIMPLEMENTED : grpc.status.UNKNOWN,
    details: message,
    metadata,
  });
}

function initializationDetails(error: InitializationError): Buffer {
  const detail = new provproto.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(struct(error.outputs));
  detail.setInputs(struct(error.inputs));
  detail.setReasonsList([...error.reasons]);
  const packed = new anyproto.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusproto.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(packed);
  return Buffer.from(status.serializeBinary());
}

function struct(props: Props): structproto.Struct {
  return structproto.Struct.fromJavaScript(
    compact(props) as Record<string, structproto.JavaScriptValue>,
  );
}
