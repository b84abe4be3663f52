//! Tables: the one that must not be lost, and those of which nothing is.

use super::{CONFIG, of_type};

#[test]
fn the_table_that_must_not_be_lost_has_a_backup_and_is_not_deleted_by_mistake() {
    let tables = of_type(CONFIG, "AWS::DynamoDB::Table");
    let (mut ledgers, mut memories) = (0, 0);
    for (name, table) in &tables {
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{name}");
        assert_eq!(table["KeySchema"][0]["AttributeName"], "pk", "{name}");
        if name.ends_with("/Table") {
            ledgers += 1;
            assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{name}");
            assert_eq!(table["DeletionProtectionEnabled"], true, "{name}");
        } else {
            // What a probe found is found again; a stack that is taken away must not leave it.
            memories += 1;
            assert!(table.get("DeletionProtectionEnabled").is_none(), "{name}");
        }
    }
    assert_eq!((ledgers, memories), (1, 2), "{:?}", tables.keys());
}
