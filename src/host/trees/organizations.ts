import type { PairConfig } from "../../config/pairFile";
import type { RecordType } from "../../model/record";
import { RECORD_TYPES } from "../../model/record";
import type { MappedField, PairSchema, PairStatus } from "../../protocol/engine";
import { isOrgChanged, type Phase } from "../pairs/phase";
import type { Problem } from "../problem";
import { problemText } from "../problem";
import { say } from "../text";
import { backlogNode, waitingText } from "./backlog";
import type { TreeNode } from "./node";
import {
  environmentText,
  phaseDetail,
  phaseIcon,
  phaseText,
  stageText,
  type TreeMoment,
} from "./phaseText";
import { recordTypeText } from "./words";

/** What the tree shows of a pair. */
export interface OrganizationView {
  config: PairConfig;
  phase: Phase;
  status: PairStatus | null;
  schema: PairSchema | null;
  schemaProblem: Problem | null;
}

/** Pairs with their two systems, their record types and the fields of each. */
export function organizationNodes(
  views: readonly OrganizationView[],
  moment: TreeMoment,
): TreeNode[] {
  return views.map((view) => pairNode(view, moment));
}

function pairNode(view: OrganizationView, moment: TreeMoment): TreeNode {
  const { config, phase } = view;
  // How far a cycle is stands in the Cycles tree: this row has others below it, and they are drawn again with it.
  const now = phase.kind === "running" ? stageText(phase.run.stage) : phaseText(phase, moment);
  const words = [environmentText(config.environment), now];
  const label = config.name ?? config.id;
  const detail = phaseDetail(phase);
  return {
    id: `pair ${config.id}`,
    label,
    description: words.join(" · "),
    tooltip: [`${label} (${config.id})`, words.join(", "), detail].filter(Boolean).join("\n"),
    ...phaseIcon(phase),
    context: `pair ${phase.kind} ${config.environment}${isOrgChanged(phase) ? " orgChanged" : ""}`,
    spoken: [label, ...words, detail].filter(Boolean).join(", "),
    isOpen: true,
    subject: { kind: "pair", pair: config.id },
    children: [
      dynamicsNode(view),
      marketoNode(view),
      ...typeNodes(view),
      ...(view.status ? [backlogNode(view.config, view.status, moment)] : []),
    ],
  };
}

function dynamicsNode({ config, schema, phase, status }: OrganizationView): TreeNode {
  const { host } = new URL(config.dynamics.url);
  const needsSignIn = phase.kind === "signIn";
  const version = schema ? say("version {0}", schema.identity.version) : null;
  // What an earlier version remembered has no name.
  const user = schema && (schema.userName ?? schema.identity.userId);
  const waits = status && waitingText(status, "dynamics");
  const words = [needsSignIn ? say("sign in again") : null, version, schema?.userName, waits];
  return {
    id: `pair ${config.id} dynamics`,
    label: host,
    description: ["Dynamics 365", ...words].filter(Boolean).join(" · "),
    tooltip: [
      say("Dynamics organization {0}", host),
      version,
      user && say("User {0}", user),
      schema && say("Organization {0}", schema.identity.organizationId),
      environmentText(config.environment),
    ]
      .filter(Boolean)
      .join("\n"),
    icon: needsSignIn ? "key" : "organization",
    ...(needsSignIn && { color: "list.warningForeground" }),
    context: `dynamics ${needsSignIn ? "signedOut" : "signedIn"} ${config.dynamics.signIn}`,
    subject: { kind: "side", pair: config.id, side: "dynamics" },
  };
}

function marketoNode({ config, status }: OrganizationView): TreeNode {
  const address = config.marketo.url ?? `https://${config.marketo.munchkinId}.mktorest.com`;
  const { host } = new URL(address);
  const used = status?.callsToday.marketo ?? 0;
  const cap = config.budget.marketoDailyCalls;
  const quota = say("{0} of {1} calls today", used, cap);
  const waits = status && waitingText(status, "marketo");
  return {
    id: `pair ${config.id} marketo`,
    label: host,
    description: ["Marketo", quota, waits].filter(Boolean).join(" · "),
    tooltip: `${say("Marketo instance {0}", host)}\n${quota}`,
    icon: "megaphone",
    context: "marketo",
    subject: { kind: "side", pair: config.id, side: "marketo" },
  };
}

function typeNodes(view: OrganizationView): TreeNode[] {
  const { config, schemaProblem, schema } = view;
  return RECORD_TYPES.filter((type) => config.recordTypes[type]?.enabled).map((recordType) => {
    const fields = schema?.maps[recordType] ?? [];
    const synced = fields.filter((field) => field.enabled && field.problem === null).length;
    const broken = fields.filter((field) => field.enabled && field.problem !== null).length;
    const links = view.status?.links[recordType];
    const words = [
      schema ? say("{0} of {1} fields sync", synced, fields.length) : null,
      links === undefined ? null : say("{0} linked", links),
      broken > 0 ? say("{0} cannot sync", broken) : null,
    ].filter((word) => word !== null);
    const label = recordTypeText(recordType);
    return {
      id: `pair ${config.id} ${recordType}`,
      label,
      description: schemaProblem && !schema ? problemText(schemaProblem) : words.join(" · "),
      icon: recordType === "contact" ? "person" : "target",
      context: "recordType",
      spoken: [label, ...words].join(", "),
      subject: { kind: "recordType", pair: config.id, recordType },
      children: fields.map((field) => fieldNode(config.id, recordType, field)),
    } satisfies TreeNode;
  });
}

const ARROWS: Record<MappedField["direction"], string> = {
  both: "↔",
  toMarketo: "→",
  toDynamics: "←",
};

export function directionText(direction: MappedField["direction"]): string {
  const words: Record<MappedField["direction"], string> = {
    both: say("both ways"),
    toMarketo: say("to Marketo"),
    toDynamics: say("to Dynamics"),
  };
  return words[direction];
}

function fieldNode(pair: string, recordType: RecordType, mapped: MappedField): TreeNode {
  const { column, field, direction, enabled, problem, warnings } = mapped;
  const label = mapped.columnLabel ?? column;
  const types = [mapped.columnType, mapped.fieldType]
    .filter(Boolean)
    .join(` ${ARROWS[direction]} `);
  const state = enabled ? say("synced") : say("not synced");
  return {
    id: `pair ${pair} ${recordType} ${column} ${field}`,
    label: `${label} ${ARROWS[direction]} ${mapped.fieldLabel ?? field}`,
    description: [types, problem].filter(Boolean).join(" · "),
    tooltip: [
      `${column} ${ARROWS[direction]} ${field}`,
      types,
      problem && say("Cannot sync: {0}", problem),
      ...warnings,
    ]
      .filter(Boolean)
      .join("\n"),
    icon: fieldIcon(mapped),
    ...(enabled && problem !== null && { color: "list.warningForeground" }),
    context: `field ${enabled ? "enabled" : "disabled"}${problem ? " problem" : ""}${goesByList(mapped) ? " options" : ""}`,
    checked: enabled,
    spoken: [
      label,
      directionText(direction),
      mapped.fieldLabel ?? field,
      state,
      types,
      problem && say("Cannot sync: {0}", problem),
    ]
      .filter(Boolean)
      .join(", "),
    subject: { kind: "field", pair, recordType, column, field },
  };
}

/** Columns whose values are options or yes and no: they may have a value map. */
const LIST_TYPES: ReadonlySet<string> = new Set([
  "boolean",
  "picklist",
  "state",
  "status",
  "multiSelect",
]);

function goesByList({ columnType }: MappedField): boolean {
  return columnType !== null && LIST_TYPES.has(columnType);
}

function fieldIcon({ direction, problem }: MappedField): string {
  if (problem !== null) return "warning";
  const icons = { both: "arrow-both", toMarketo: "arrow-right", toDynamics: "arrow-left" } as const;
  return icons[direction];
}
