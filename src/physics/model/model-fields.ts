/**
 * Views onto the fields of a compiled model that tasks read or randomise. MuJoCo's names; writing them changes the model at once. Bodies' inertial
 * frames and geoms are to be written through `ModelOverlay` or within `watchPlaces`: contacts are missed otherwise.
 */

/** Fields of `mjModel` that may differ between environments, with MuJoCo's names; `gravity` and `wind` are those of its options. */
export const RANDOMISABLE_FIELDS = [
  "actuator_biasprm",
  "actuator_forcerange",
  "actuator_gainprm",
  "actuator_gear",
  "body_inertia",
  "body_ipos",
  "body_mass",
  "body_pos",
  "body_quat",
  "body_subtreemass",
  "dof_armature",
  "dof_damping",
  "dof_frictionloss",
  "geom_friction",
  "geom_pos",
  "geom_size",
  "geom_solref",
  "gravity",
  "jnt_stiffness",
  "pair_friction",
  "qpos0",
  "site_size",
  "wind",
] as const;

/** Name of a randomisable field. */
export type ModelField = (typeof RANDOMISABLE_FIELDS)[number];

/** Live views of the randomisable fields, row-major as in MuJoCo. */
export type ModelFields = Readonly<Record<ModelField, Float64Array>>;

type OptionField = "gravity" | "wind";

/** What of a compiled model holds these fields. */
type FieldTable = Readonly<Record<Exclude<ModelField, OptionField>, Float64Array>> & {
  readonly opt: Readonly<Record<OptionField, Float64Array>>;
};

/** Takes a view of every randomisable field. */
export function modelFields(model: FieldTable): ModelFields {
  const view = (field: ModelField): Float64Array =>
    field === "gravity" || field === "wind" ? model.opt[field] : model[field];
  return Object.fromEntries(RANDOMISABLE_FIELDS.map((field) => [field, view(field)])) as Record<
    ModelField,
    Float64Array
  >;
}
