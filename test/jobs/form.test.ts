import { createHash } from "node:crypto";
import { expect, it } from "vitest";

import { jobForm } from "../../components/fleet/jenkins";
import { render } from "../../operations/jobs/render";
import { jobsOfBoth, jobsOfFleet } from "./fixture";

it("of jobs is told by jobForm, so that another rendering reaches Jenkins with the next update", () => {
  const texts = [...jobsOfBoth(), ...jobsOfFleet()].map((job) => render(job).text);
  const form = createHash("sha256").update(texts.join()).digest("hex").slice(0, 12);
  // Jobs are rendered otherwise than before: write this into components/fleet/jenkins.ts.
  expect(jobForm).toBe(form);
});
