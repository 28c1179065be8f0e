/** One metadata item: its JSON members, and what `$expand` can add. */
export interface MetadataNode {
  /** `Microsoft.Dynamics.CRM.StringAttributeMetadata` and the like. */
  type: string;
  members: Record<string, unknown>;
  /** Members that only the concrete type has; they cannot be selected without a cast. */
  typed?: Record<string, unknown>;
  expands?: Record<string, () => MetadataNode | MetadataNode[] | null>;
}

const LANGUAGE = 1033;

export function label(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return { LocalizedLabels: [], UserLocalizedLabel: null };
  const localized = {
    Label: text,
    LanguageCode: LANGUAGE,
    IsManaged: true,
    MetadataId: null,
    HasChanged: null,
  };
  return { LocalizedLabels: [localized], UserLocalizedLabel: localized };
}

export function managed(value: unknown, property: string): Record<string, unknown> {
  return { Value: value, CanBeChanged: true, ManagedPropertyLogicalName: property };
}
