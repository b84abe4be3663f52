//! A door before the doubles, at which connections are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tendlc_local::aws::Aws;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// The door; it stays open as long as the test's runtime.
pub struct Door {
    pub endpoint: String,
    opened: Arc<AtomicUsize>,
}

impl Door {
    pub async fn before(aws: &Aws) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let behind = aws.endpoint().trim_start_matches("http://").to_owned();
        let opened = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&opened);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let behind = behind.clone();
                tokio::spawn(async move {
                    if let Ok(mut to) = TcpStream::connect(behind).await {
                        // Either side may close whenever it likes.
                        drop(copy_bidirectional(&mut from, &mut to).await);
                    }
                });
            }
        });
        Self { endpoint, opened }
    }

    /// How many connections were opened since this was asked last.
    pub fn opened(&self) -> usize {
        self.opened.swap(0, Ordering::SeqCst)
    }
}
