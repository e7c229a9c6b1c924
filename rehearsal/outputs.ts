import { z } from "zod";

/** One node as the program puts it out. Of one that failed, the engine puts a word of its own. */
const node = z.object({
  provider: z.string(),
  region: z.string().nullish(),
  size: z.string().nullish(),
  rule: z.object({ name: z.string(), number: z.number().nullish() }),
  reason: z.string(),
  address: z.ipv4().nullish().catch(undefined),
  login: z.string().nullish(),
  hostKey: z
    .string()
    .regex(/^\S+ \S+/)
    .nullish()
    .catch(undefined),
  monthlyCost: z.object({ total: z.number(), currency: z.string() }).nullish(),
  projects: z.array(z.string()),
});

const project = z.object({
  node: z.string().nullish(),
  servedBy: z.string().nullish(),
  access: z.array(z.string()).nullish(),
  primary: z.string(),
  origin: z.string().nullish(),
  direct: z.string().nullish(),
});

const backup = z.object({
  bucket: z.string(),
  prefix: z.string().nullish(),
  region: z.string().nullish(),
});

/** What a stack tells about its fleet: the part that people read. */
export const stackOutputs = z.object({
  nodes: z.record(z.string(), node).default({}),
  projects: z.record(z.string(), project).default({}),
  backups: z.record(z.string(), backup).default({}),
});

export type StackOutputs = z.infer<typeof stackOutputs>;
export type NodeOutput = z.infer<typeof node>;
