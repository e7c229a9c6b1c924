import type { Provider } from "../emulator/handler";
import { aws } from "./aws";
import { cloudflare } from "./cloudflare";
import { command } from "./command";
import { digitalocean } from "./digitalocean";
import { scaleway } from "./scaleway";
import { tls } from "./tls";

/** Every provider of the local cloud. */
export const providers: readonly Provider[] = [
  aws,
  cloudflare,
  command,
  digitalocean,
  scaleway,
  tls,
];
