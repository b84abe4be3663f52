use std::time::Instant;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};

use super::super::seed::Index;
use super::*;

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn put(key: &str) -> TransactWriteItem {
    let put = Put::builder().table_name("tendlc").item("pk", s(key)).build().unwrap();
    TransactWriteItem::builder().put(put).build()
}

#[tokio::test]
async fn a_role_touches_only_its_leading_keys_each_with_its_actions() {
    let double = Double::start().await;
    let client = Client::new(&double.grant().await);
    let put_item = |key: &str| client.put_item().table_name("tendlc").item("pk", s(key)).send();
    assert!(put_item("L#checkout#1").await.is_ok());
    assert!(client.get_item().table_name("tendlc").key("pk", s("G#checkout")).send().await.is_ok());
    for key in ["L#newsletter#1", "L#checkout", "G#checkout", "B#acme"] {
        let answer = put_item(key).await;
        assert_eq!(code!(&answer.as_ref().map(|_| ())), "AccessDeniedException", "{key}");
        assert!(
            message!(answer)
                .contains("dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:111111111111:table/tendlc")
        );
    }
    let delete = client.delete_item().table_name("tendlc").key("pk", s("L#checkout#1")).send().await;
    assert_eq!(code!(delete), "AccessDeniedException");
    assert_eq!(code!(client.scan().table_name("tendlc").send().await), "AccessDeniedException");
    let query = client.query().table_name("tendlc").key_condition_expression("pk = :k");
    let query = query.expression_attribute_values(":k", s("L#checkout#1")).send().await;
    assert_eq!(code!(query), "AccessDeniedException");
    let statement = "SELECT * FROM tendlc WHERE pk = 'L#checkout#1'";
    assert_eq!(code!(client.execute_statement().statement(statement).send().await), "AccessDeniedException");
    assert_eq!(code!(client.describe_table().table_name("tendlc").send().await), "AccessDeniedException");
}

#[tokio::test]
async fn a_transaction_needs_the_right_for_each_of_its_items() {
    let double = Double::start().await;
    let client = Client::new(&double.grant().await);
    let check = |key: &str| {
        let check = ConditionCheck::builder().table_name("tendlc").key("pk", s(key));
        let check = check.condition_expression("attribute_not_exists(pk)").build().unwrap();
        TransactWriteItem::builder().condition_check(check).build()
    };
    let write = |items: Vec<TransactWriteItem>| client.transact_write_items().set_transact_items(Some(items)).send();
    assert!(write(vec![put("L#checkout#1"), check("L#checkout#2")]).await.is_ok());
    assert_eq!(code!(write(vec![put("L#checkout#3"), put("L#newsletter#1")]).await), "AccessDeniedException");
    assert_eq!(code!(write(vec![put("L#checkout#3"), check("G#checkout")]).await), "AccessDeniedException");
    let update = Update::builder().table_name("tendlc").key("pk", s("B#acme")).update_expression("SET a = :a");
    let update = update.expression_attribute_values(":a", n(1)).build().unwrap();
    let update = TransactWriteItem::builder().update(update).build();
    assert_eq!(code!(write(vec![update]).await), "AccessDeniedException");
    let three = client.get_item().table_name("tendlc").key("pk", s("L#checkout#3")).send().await.unwrap();
    assert!(three.item.is_none(), "nothing of a refused transaction is done");
}

#[tokio::test]
async fn tables_are_named_by_name_or_arn_and_belong_to_an_account() {
    let double = Double::start().await;
    let arn = "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc";
    let root = Client::new(&double.root(PRIMARY));
    root.put_item().table_name(arn).item("pk", s("a")).send().await.unwrap();
    let described = root.describe_table().table_name("tendlc").send().await.unwrap().table.unwrap();
    assert_eq!(described.table_arn.as_deref(), Some(arn));
    let grant = Client::new(&double.grant().await);
    assert!(grant.put_item().table_name(arn).item("pk", s("L#checkout#9")).send().await.is_ok());
    let secondary = Client::new(&double.root(SECONDARY));
    let own = secondary.get_item().table_name("tendlc").key("pk", s("a")).send().await;
    assert_eq!(code!(own), "ResourceNotFoundException");
    let foreign = secondary.get_item().table_name(arn).key("pk", s("a")).send().await;
    assert_eq!(code!(foreign), "AccessDeniedException");
}

/// A client of the account's own, and one of a grant's role, on a table with indexes. Two items are in `by-message`,
/// one of them in `by-team`, too.
async fn with_indexes() -> (Double, Client, Client) {
    let double = Double::start_with(|seed| {
        let index = |name: &str, hash: &str, range: Option<&str>| Index {
            name: name.into(),
            hash: hash.into(),
            range: range.map(Into::into),
        };
        seed.tables[0].indexes =
            vec![index("by-message", "message_id", None), index("by-team", "team", Some("message_id"))];
    })
    .await;
    let root = Client::new(&double.root(PRIMARY));
    let put = |key: &str| root.put_item().table_name("tendlc").item("pk", s(key)).item("state", s("accepted"));
    put("L#checkout#1").item("message_id", s("m-1")).item("team", s("blue")).send().await.unwrap();
    put("L#checkout#2").item("message_id", s("m-2")).send().await.unwrap();
    put("L#checkout#3").send().await.unwrap();
    let grant = Client::new(&double.grant().await);
    (double, root, grant)
}

fn query(
    client: &Client,
    index: &str,
    condition: &str,
    value: &str,
) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
    let query = client.query().table_name("tendlc").index_name(index).key_condition_expression(condition);
    query.expression_attribute_values(":v", s(value))
}

#[tokio::test]
async fn an_index_holds_the_keys_of_those_items_that_have_its_attributes() {
    let (_double, root, _) = with_indexes().await;
    let found = query(&root, "by-message", "message_id = :v", "m-1").send().await.unwrap().items.unwrap();
    let keys = [("pk".to_owned(), s("L#checkout#1")), ("message_id".to_owned(), s("m-1"))];
    assert_eq!(found, [std::collections::HashMap::from(keys)]);
    assert_eq!(query(&root, "by-message", "message_id = :v", "m-9").send().await.unwrap().count, 0);
    let all = root.scan().table_name("tendlc").index_name("by-message").send().await.unwrap();
    assert_eq!(all.count, 2, "the third has no message_id");
    let both = query(&root, "by-team", "team = :v AND message_id = :m", "blue");
    assert_eq!(both.expression_attribute_values(":m", s("m-1")).send().await.unwrap().count, 1);
    assert_eq!(root.scan().table_name("tendlc").index_name("by-team").send().await.unwrap().count, 1);
}

#[tokio::test]
async fn an_index_follows_its_items_and_is_never_read_consistently() {
    let (_double, root, _) = with_indexes().await;
    let key = ("pk", s("L#checkout#1"));
    let of = |id: &'static str| query(&root, "by-message", "message_id = :v", id).send();
    let update = root.update_item().table_name("tendlc").key(key.0, key.1).update_expression("SET message_id = :v");
    update.expression_attribute_values(":v", s("m-7")).send().await.unwrap();
    assert_eq!((of("m-1").await.unwrap().count, of("m-7").await.unwrap().count), (0, 1));
    root.delete_item().table_name("tendlc").key("pk", s("L#checkout#1")).send().await.unwrap();
    assert_eq!(of("m-7").await.unwrap().count, 0);
    root.transact_write_items().transact_items(put("L#checkout#4")).send().await.unwrap();
    let consistent = query(&root, "by-message", "message_id = :v", "m-2").consistent_read(true).send().await;
    assert_eq!(code!(consistent), "ValidationException");
    let elsewhere = query(&root, "by-nothing", "message_id = :v", "m-2").send().await;
    assert_eq!(code!(elsewhere), "ValidationException");
}

#[tokio::test]
async fn the_accounts_own_query_scan_and_read_in_batches_and_a_grants_role_does_not() {
    let (double, root, grant) = with_indexes().await;
    let settles = double.aws.issue_session("arn:aws:iam::111111111111:role/tendlc-send", "settle-receipt");
    let own = Client::new(&double.session(&settles));
    let keys = KeysAndAttributes::builder().keys([("pk".to_owned(), s("L#checkout#1"))].into()).build().unwrap();
    for client in [&root, &own] {
        assert_eq!(query(client, "by-message", "message_id = :v", "m-1").send().await.unwrap().count, 1);
        assert_eq!(client.scan().table_name("tendlc").send().await.unwrap().count, 3);
        let read = client.batch_get_item().request_items("tendlc", keys.clone()).send().await.unwrap();
        assert_eq!(read.responses.unwrap()["tendlc"].len(), 1);
    }
    let queried = query(&grant, "by-message", "message_id = :v", "m-1").send().await;
    assert_eq!(code!(queried), "AccessDeniedException");
    let read = grant.batch_get_item().request_items("tendlc", keys).send().await;
    assert_eq!(code!(read), "AccessDeniedException");
}

#[tokio::test]
async fn a_refused_condition_tells_the_old_item() {
    let double = Double::start().await;
    let client = Client::new(&double.root(PRIMARY));
    client.put_item().table_name("tendlc").item("pk", s("a")).item("left", n(3)).send().await.unwrap();
    let update = client.update_item().table_name("tendlc").key("pk", s("a")).update_expression("SET #l = #l - :n");
    let update = update.condition_expression("#l >= :n").expression_attribute_names("#l", "left");
    let update = update.expression_attribute_values(":n", n(4));
    let update = update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let error = update.send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(error) = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(error.item().and_then(|item| item.get("left")), Some(&n(3)));
}

#[tokio::test]
async fn time_to_live_follows_the_doubles_clock() {
    let double = Double::start().await;
    let client = Client::new(&double.root(PRIMARY));
    let ttl = at("2026-11-20T12:00:10Z").as_second();
    client.put_item().table_name("tendlc").item("pk", s("a")).item("ttl", n(ttl)).send().await.unwrap();
    assert_eq!(double.aws.sweep_ttl(PRIMARY).await.unwrap(), 0);
    double.advance(11);
    assert_eq!(double.aws.sweep_ttl(PRIMARY).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_takers_never_take_more_than_there_is() {
    let double = Double::start().await;
    let client = Client::new(&double.root(PRIMARY));
    client.put_item().table_name("tendlc").item("pk", s("pool")).item("left", n(1000)).send().await.unwrap();
    let began = Instant::now();
    let takers = (0..64).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut taken = 0;
            for _ in 0..20 {
                let update = client.update_item().table_name("tendlc").key("pk", s("pool"));
                let update = update.update_expression("SET #l = #l - :n").condition_expression("#l >= :n");
                let update = update.expression_attribute_names("#l", "left").expression_attribute_values(":n", n(1));
                match update.send().await {
                    Ok(_) => taken += 1,
                    Err(error) => assert_eq!(code!(Err::<(), _>(error)), "ConditionalCheckFailedException"),
                }
            }
            taken
        })
    });
    let mut taken = 0;
    for taker in takers.collect::<Vec<_>>() {
        taken += taker.await.unwrap();
    }
    println!("1,280 conditional updates by 64 takers: {:?}", began.elapsed());
    assert_eq!(taken, 1000);
}
