import { awsServices } from "../../fleet/fleet";
import type { CloudFacts } from "../describe";
import { openings } from "./openings";
import { prices } from "./sizes";

/** AWS: EC2 instances. */
export const aws: CloudFacts = {
  label: "AWS",
  // The SSM parameter that holds the AMI's id.
  image: "/aws/service/canonical/ubuntu/server/26.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
  // `ec2-user` belongs to Amazon Linux.
  login: "ubuntu",
  id: { pattern: /^i-([0-9a-f]{8}|[0-9a-f]{17})$/, allowed: "i-…", beginsWithPlace: false },
  region: { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, allowed: "such as ca-central-1" },
  canadian: ["ca-central-1"],
  offers: awsServices,
  prices,
  machine: {
    types: ["aws:ec2/instance:Instance"],
    size: ["instanceType"],
    place: ["region"],
    disk: ["rootBlockDevice", "volumeSize"],
    growsBy: undefined,
    restarts: ["instanceType", "userData", "userDataBase64", "ebsOptimized", "cpuOptions"],
  },
  beside: ["aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation"],
  firewall: "aws:ec2/securityGroup:SecurityGroup",
  openings,
  // Its stop and start has not been measured.
  minutes: { restart: [1, 5], replacement: [5, 15] },
  // Backups are in this account as well, so that it is named wherever anything of Berth is.
  console: { address: "https://console.aws.amazon.com", team: undefined },
  credentials: ["AWS_"],
};
