import type { CloudProgram } from "../host";
import { looks } from "./look";
import { adopt, buy } from "./machine";

export const digitalocean: CloudProgram = { buy, adopt, ...looks };
