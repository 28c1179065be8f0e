import { stableGuid } from "../model/ids";
import type { Model, PrivilegeKind, Table } from "../model/model";
import { privilegeId } from "../security/access";
import { attributeNodes } from "./attributes";
import { label, managed, type MetadataNode } from "./node";

const NAMESPACE = "Microsoft.Dynamics.CRM.";
const KINDS: PrivilegeKind[] = [
  "Create",
  "Read",
  "Write",
  "Delete",
  "Append",
  "AppendTo",
  "Assign",
  "Share",
];

export function tableId(model: Model, table: Table): string {
  return stableGuid(model.seed, `table/${table.name}`);
}

/** A table as entity metadata. */
export function entityNode(model: Model, table: Table): MetadataNode {
  const { spec } = table;
  return {
    type: `${NAMESPACE}EntityMetadata`,
    members: {
      MetadataId: tableId(model, table),
      LogicalName: table.name,
      SchemaName: spec.schemaName,
      LogicalCollectionName: spec.setName,
      CollectionSchemaName: spec.schemaName,
      EntitySetName: spec.setName,
      PrimaryIdAttribute: table.primaryId,
      PrimaryNameAttribute: spec.primaryName,
      ObjectTypeCode: spec.typeCode,
      ChangeTrackingEnabled: table.changeTracking,
      IsOptimisticConcurrencyEnabled: table.optimisticConcurrency,
      OwnershipType: table.owned ? "UserOwned" : "OrganizationOwned",
      IsCustomEntity: false,
      IsActivity: false,
      IsIntersect: false,
      IsDuplicateDetectionEnabled: managed(table.owned, "canmodifyduplicatedetectionsettings"),
      TableType: "Standard",
      DisplayName: label(spec.label),
      DisplayCollectionName: label(`${spec.label}s`),
      Description: label(undefined),
      Privileges: KINDS.map((kind) => privilege(table, kind)),
      HasChanged: null,
    },
    expands: {
      Attributes: () => attributeNodes(table),
      Keys: () => keyNodes(table),
      ManyToOneRelationships: () => relationshipNodes(model, table),
    },
  };
}

function privilege(table: Table, kind: PrivilegeKind): Record<string, unknown> {
  const name = table.privilege(kind);
  return {
    CanBeBasic: table.owned,
    CanBeLocal: true,
    CanBeDeep: true,
    CanBeGlobal: true,
    CanBeEntityReference: false,
    CanBeParentEntityReference: false,
    Name: name,
    PrivilegeId: privilegeId(name),
    PrivilegeType: kind,
  };
}

export function keyNodes(table: Table): MetadataNode[] {
  return table.keys.map((key) => ({
    type: `${NAMESPACE}EntityKeyMetadata`,
    members: {
      MetadataId: stableGuid(0, `key/${table.name}/${key.name}`),
      LogicalName: key.name,
      SchemaName: key.name,
      EntityLogicalName: table.name,
      KeyAttributes: [...key.columns],
      EntityKeyIndexStatus: key.status,
      DisplayName: label(key.name),
      HasChanged: null,
    },
  }));
}

export function relationshipNodes(model: Model, table: Table): MetadataNode[] {
  const nodes: MetadataNode[] = [];
  for (const [name, { column, navigation }] of table.navigations()) {
    for (const target of navigation.targets) {
      const referenced = model.tables.get(target);
      if (!referenced) continue;
      const schemaName = `${target}_${table.name}_${column.name}`;
      nodes.push({
        type: `${NAMESPACE}OneToManyRelationshipMetadata`,
        members: {
          MetadataId: stableGuid(model.seed, `relationship/${schemaName}`),
          SchemaName: schemaName,
          RelationshipType: "OneToManyRelationship",
          ReferencedEntity: target,
          ReferencedAttribute: referenced.primaryId,
          ReferencingEntity: table.name,
          ReferencingAttribute: column.name,
          ReferencingEntityNavigationPropertyName: name,
          IsCustomRelationship: column.custom,
          HasChanged: null,
        },
      });
    }
  }
  return nodes;
}
