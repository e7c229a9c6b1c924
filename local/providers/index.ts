import type { Provider } from "../emulator/handler";
import { aws } from "./aws";
import { command } from "./command";
import { digitalocean } from "./digitalocean";
import { scaleway } from "./scaleway";

/** Every provider of the local cloud. */
export const providers: readonly Provider[] = [aws, command, digitalocean, scaleway];
