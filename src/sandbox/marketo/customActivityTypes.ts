export interface CustomAttribute {
  apiName: string;
  name: string;
  description?: string;
  dataType: string;
  isPrimary: boolean;
}

/** One version of a type: what is approved, or the draft that waits for approval. */
export interface TypeVersion {
  name: string;
  description: string;
  triggerName: string;
  filterName: string;
  attributes: CustomAttribute[];
}

export interface CustomActivityType {
  id: number;
  apiName: string;
  approved: TypeVersion | undefined;
  draft: TypeVersion | undefined;
  createdAt: number;
  updatedAt: number;
}

export type TypeStatus = "draft" | "approved" | "approved with draft";

export const MAX_TYPES = 10;
export const MAX_ATTRIBUTES = 20;

export function statusOf(type: CustomActivityType): TypeStatus {
  if (!type.approved) return "draft";
  return type.draft ? "approved with draft" : "approved";
}

/** The custom activity types of an instance; ids start at 100001. */
export class CustomActivityTypes {
  #types = new Map<string, CustomActivityType>();
  #nextId = 100_001;

  list(): CustomActivityType[] {
    return [...this.#types.values()];
  }

  get(apiName: string): CustomActivityType | undefined {
    return this.#types.get(apiName.toLowerCase());
  }

  byId(id: number): CustomActivityType | undefined {
    return this.list().find((type) => type.id === id);
  }

  create(apiName: string, draft: TypeVersion, at: number): CustomActivityType {
    const type = {
      id: this.#nextId++,
      apiName,
      approved: undefined,
      draft,
      createdAt: at,
      updatedAt: at,
    };
    this.#types.set(apiName.toLowerCase(), type);
    return type;
  }

  delete(type: CustomActivityType): void {
    this.#types.delete(type.apiName.toLowerCase());
  }

  /** The draft to edit; an approved type gets one as a copy. */
  draftOf(type: CustomActivityType): TypeVersion {
    if (!type.draft) type.draft = structuredClone(type.approved!);
    return type.draft;
  }
}
