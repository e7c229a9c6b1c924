import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineproto from "@pulumi/pulumi/proto/engine_pb";

const severities = {
  info: engineproto.LogSeverity.INFO,
  warning: engineproto.LogSeverity.WARNING,
  error: engineproto.LogSeverity.ERROR,
};

/** Sends log lines to the engine that attached; silent when none did. */
export class EngineLog {
  private client: EngineClient | undefined;

  attach(address: string): void {
    this.client?.close();
    this.client = new EngineClient(address, grpc.credentials.createInsecure());
  }

  write(severity: keyof typeof severities, urn: string, message: string, passing = false): void {
    const request = new engineproto.LogRequest();
    request.setSeverity(severities[severity]);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(passing);
    // A line that cannot be delivered is no reason to fail a deployment.
    this.client?.log(request, () => undefined);
  }

  close(): void {
    this.client?.close();
    this.client = undefined;
  }
}
