import type { CloudProgram } from "../host";
import { looks } from "./look";
import { adopt, buy } from "./machine";

export const aws: CloudProgram = { buy, adopt, ...looks };
