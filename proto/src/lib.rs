//! The messages of the network protocol. Empty until remoting is built.
