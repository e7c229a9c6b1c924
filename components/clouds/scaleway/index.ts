import type { CloudProgram } from "../host";
import { looks } from "./look";
import { adopt, buy } from "./machine";

export const scaleway: CloudProgram = { buy, adopt, ...looks };
