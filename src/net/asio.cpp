// Asio, compiled once for the whole program (BOOST_ASIO_SEPARATE_COMPILATION is set everywhere).

#include <boost/asio/impl/src.hpp>
