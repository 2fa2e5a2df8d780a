// The package carries no declarations. It is CommonJS with a member `default`.
declare module "workerd" {
  const workerd: {
    /** Path of the workerd binary for this machine. */
    default: string;
  };
  export default workerd;
}
